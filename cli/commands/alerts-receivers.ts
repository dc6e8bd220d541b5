/** `obsbox alerts receiver`: who is told of alerts. */
import { applyChange } from "../alerts/apply.ts";
import type { Applied } from "../alerts/apply.ts";
import { checkReceiver, readAudience } from "../alerts/check.ts";
import { receiverTypeOf } from "../alerts/receiver-types.ts";
import type { Settings } from "../alerts/receiver-type.ts";
import { audiences } from "../alerts/receiver.ts";
import { readReceivers } from "../alerts/receivers.ts";
import type { Receiver } from "../alerts/receiver.ts";
import { checkSecret, needsSecret, readGiven, readReceiverSecret } from "../alerts/secret.ts";
import type { Box } from "../box/box.ts";
import { dirOption, findBox } from "../box/find.ts";
import type { Command, Input } from "../command.ts";
import { UserError } from "../errors.ts";
import { jsonOption, print } from "../report/output.ts";
import { painter, widthOf } from "../report/style.ts";
import { renderTable } from "../report/table.ts";
import { receiverTypesCommand } from "./alerts-receiver-types.ts";

const options = { dir: dirOption, json: jsonOption } as const;

const list: Command = {
  name: "alerts receiver list",
  about: "Lists who is told of alerts, without addresses and keys.",
  options,
  async run(input) {
    const box = findBox(input.values["dir"]);
    const { receivers, hasHeartbeat, officeHours } = readReceivers(box);
    const rows = receivers.map((receiver) => ({ ...receiver, hasSecret: hasItsSecret(box, receiver) }));
    print(input, { receivers: rows, heartbeat: hasHeartbeat, officeHours: officeHours ?? null }, () => [
      ...tableOf(rows),
      `heartbeat: ${hasHeartbeat ? "on" : "off; obsbox alerts heartbeat URL"}`,
    ]);
    return 0;
  },
};

function tableOf(rows: readonly (Receiver & { readonly hasSecret: boolean })[]): readonly string[] {
  if (rows.length === 0) return ["Nobody is told of alerts: obsbox alerts receiver add TYPE"];
  return renderTable(
    [{ title: "RECEIVER" }, { title: "TYPE" }, { title: "FOR" }, { title: "SETTINGS", gives: true }, { title: "" }],
    rows.map(({ name, type, for: wanted, settings, hasSecret }) => [
      name,
      type,
      wanted,
      Object.entries(settings)
        .map(([key, value]) => `${key}=${value}`)
        .join(", "),
      hasSecret ? "" : { text: `its secret is missing: add it again`, style: "bad" },
    ]),
    { width: widthOf(process.stdout), paint: painter(process.stdout) },
  );
}

function hasItsSecret(box: Box, { name, type, settings }: Receiver): boolean {
  const row = receiverTypeOf(type);
  return row === undefined || !needsSecret(row, settings) || readReceiverSecret(box, name) !== undefined;
}

const add: Command = {
  name: "alerts receiver add",
  about: "Has somebody told of alerts, by mail, chat or pager: obsbox alerts receiver types.",
  operands: ["TYPE", "[NAME]"],
  options: {
    ...options,
    for: { value: "WHICH", about: `Alerts that are sent: ${audiences.join(", ")}`, default: "all" },
    set: { value: "KEY=VALUE", about: "Setting of the type; obsbox alerts receiver types lists them", many: true },
    "secret-file": { value: "FILE", about: "File with the webhook's address, key or token; without it stdin is read" },
  },
  async run(input) {
    const [type = "", name = type] = input.operands;
    const box = findBox(input.values["dir"]);
    const wanted = readAudience(input.values["for"] ?? "all");
    const receiver = checkReceiver({ name, type, for: wanted, settings: parseSettings(input.all("set")) });
    const { receivers, officeHours } = readReceivers(box);
    refuseOtherType(receivers, receiver);
    const value = await secretOf(box, receiver, input);
    const applied = await applyChange(box, {
      receivers: { receivers: withReceiver(receivers, receiver), officeHours },
      secret: { name, value },
    });
    print(input, { ...receiver, ...applied }, () => [
      applied.changed ? `${name} is told of ${toldOf(receiver)}.` : "Nothing to change.",
      ...liveNote(applied),
      ...(applied.isLive ? [`Try it: obsbox alerts test --receiver ${name}`] : []),
    ]);
    return 0;
  },
};

function toldOf({ for: wanted }: Receiver): string {
  return wanted === "all" ? "critical alerts and warnings" : `${wanted} alerts`;
}

/** In the place of the one that had its name, so that the order of the file stays. */
function withReceiver(receivers: readonly Receiver[], added: Receiver): readonly Receiver[] {
  const isKnown = receivers.some(({ name }) => name === added.name);
  return isKnown ? receivers.map((one) => (one.name === added.name ? added : one)) : [...receivers, added];
}

function refuseOtherType(receivers: readonly Receiver[], { name, type }: Receiver): void {
  const known = receivers.find((one) => one.name === name);
  if (known === undefined || known.type === type) return;
  throw new UserError(`there is a receiver ${name} of the type ${known.type}`, {
    hint: `choose another name, or remove it first: obsbox alerts receiver remove ${name}`,
  });
}

/** What is given; else the one that is there already. */
async function secretOf(box: Box, { name, type, settings }: Receiver, input: Input): Promise<string | undefined> {
  const row = receiverTypeOf(type);
  if (row === undefined || !needsSecret(row, settings)) return undefined;
  const before = readReceiverSecret(box, name);
  const file = input.values["secret-file"];
  const isAsked = file !== undefined || before === undefined || !process.stdin.isTTY;
  const given = isAsked ? await readGiven(file, row.secret.about) : undefined;
  const value = given ?? before;
  if (value === undefined) {
    throw new UserError(`a receiver of the type ${type} needs ${row.secret.about}`, {
      hint: `give it on stdin or with --secret-file; where it comes from: docs/notifications.md`,
      exitCode: 2,
    });
  }
  return checkSecret(value, row.secret);
}

function parseSettings(given: readonly string[]): Settings {
  return Object.fromEntries(
    given.map((text) => {
      const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
      if (key !== undefined && value !== undefined) return [key, value] as const;
      throw new UserError(`--set: got ${JSON.stringify(text)}`, { hint: "expected KEY=VALUE", exitCode: 2 });
    }),
  );
}

const remove: Command = {
  name: "alerts receiver remove",
  about: "Has somebody told of alerts no longer, and forgets the secret.",
  operands: ["NAME"],
  options,
  async run(input) {
    const [name = ""] = input.operands;
    const box = findBox(input.values["dir"]);
    const { receivers, officeHours } = readReceivers(box);
    const rest = receivers.filter((one) => one.name !== name);
    if (rest.length === receivers.length) {
      const names = receivers.map((one) => one.name).join(", ") || "none";
      throw new UserError(`there is no receiver ${name}`, { hint: `there are: ${names}` });
    }
    const change = { receivers: { receivers: rest, officeHours }, secret: { name, value: undefined } };
    const applied = await applyChange(box, change);
    print(input, { name, removed: true, ...applied }, () => [
      `${name} is no longer told of alerts.`,
      ...liveNote(applied),
    ]);
    return 0;
  },
};

/** What remains to be done where no Alertmanager runs. */
export function liveNote({ changed, isLive }: Applied): readonly string[] {
  return changed && !isLive ? ["Alertmanager does not run now: obsbox up starts it with that."] : [];
}

export const receiverCommands: readonly Command[] = [add, list, remove, receiverTypesCommand];
