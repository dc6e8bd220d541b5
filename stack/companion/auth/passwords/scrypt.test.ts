import { expect, test } from "vitest";
import { hashOfNobody, hashPassword, isPassword } from "./scrypt.ts";

test("a hash is right for its password alone, has its own salt, and names its parameters", async () => {
  const [one, two] = await Promise.all([hashPassword("correct horse"), hashPassword("correct horse")]);
  expect(one).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[\w-]{22}\$[\w-]{43}$/);
  expect(one).not.toBe(two);
  expect(await isPassword("correct horse", one)).toBe(true);
  expect(await isPassword("correct horsf", one)).toBe(false);
  expect(await isPassword("correct horse", hashOfNobody())).toBe(false);
});

test("a hash with other parameters is verified with them", async () => {
  const cheap = "$scrypt$ln=4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  expect(await isPassword("anything", cheap)).toBe(false);
});

test.each(["", "plain", "$scrypt$ln=15,r=8,p=3$short$short", "$2b$12$abc"])("%j is no hash", async (hash) => {
  await expect(isPassword("anything", hash)).rejects.toThrow("cannot be read");
});
