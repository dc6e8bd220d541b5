import { expect, test } from "vitest";
import { importsOf, isBehindProgram } from "./flag.ts";

test.each([
  ["node --import @obsbox/sdk/register app.js", false],
  ["node -r @obsbox/sdk/register --enable-source-maps dist/app.cjs", false],
  ["NODE_ENV=production node --import=@obsbox/sdk/register app.js --port 80", false],
  ["npm run build && node --import ./first.mjs --import @obsbox/sdk/register app.js", false],
  ["node app.js --import @obsbox/sdk/register", true],
  ["node --enable-source-maps app.js --import=@obsbox/sdk/register", true],
  ["cross-env A=1 node -r dotenv/config app.js -r @obsbox/sdk/register", true],
  ["node build.js && node --import @obsbox/sdk/register app.js", false],
  ["NODE_OPTIONS='--import @obsbox/sdk/register' node app.js", false],
])("in %s the flag stands behind the program: %s", (command, isBehind) => {
  expect(isBehindProgram(command)).toBe(isBehind);
});

test("what a program loads is read in the order of its text, of modules of both kinds", () => {
  const text = [
    "#!/usr/bin/env node",
    'import express from "express";',
    "import {",
    "  start,",
    "} from '@obsbox/sdk';",
    'import "./late.js";',
    'const pg = require("pg");',
    'const text = "import x from nowhere";',
  ];
  expect(importsOf(text.join("\n"))).toEqual(["express", "@obsbox/sdk", "./late.js", "pg"]);
});
