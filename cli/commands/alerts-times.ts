/** `obsbox alerts heartbeat` and `obsbox alerts office-hours`. */
import { applyChange } from "../alerts/apply.ts";
import { checkAddress, checkOfficeHours } from "../alerts/check.ts";
import { heartbeat as heartbeatName } from "../alerts/receiver.ts";
import type { OfficeHours } from "../alerts/receiver.ts";
import { readReceivers } from "../alerts/receivers.ts";
import { readGiven } from "../alerts/secret.ts";
import { dirOption, findBox } from "../box/find.ts";
import type { Command } from "../command.ts";
import { UserError } from "../errors.ts";
import { jsonOption, print } from "../report/output.ts";
import { liveNote } from "./alerts-receivers.ts";

const options = { dir: dirOption, json: jsonOption } as const;

export const heartbeat: Command = {
  name: "alerts heartbeat",
  about: "Calls an address outside once a minute, which raises the alarm when that ends; - reads it from stdin.",
  operands: ["[URL]"],
  options: { ...options, off: { about: "Calls it no longer" } },
  async run(input) {
    const box = findBox(input.values["dir"]);
    const [given] = input.operands;
    if (input.isOn("off") === (given !== undefined)) {
      throw new UserError("obsbox alerts heartbeat takes either an address or --off", {
        hint: "for instance: obsbox alerts heartbeat https://hc-ping.com/…",
        exitCode: 2,
      });
    }
    const value = given === "-" ? ((await readGiven("-", "the address")) ?? "") : given;
    if (value !== undefined) checkAddress("the address", value);
    const applied = await applyChange(box, { receivers: readReceivers(box), secret: { name: heartbeatName, value } });
    print(input, { heartbeat: value !== undefined, ...applied }, () => [
      value === undefined ? "Nobody is called any more." : "It is called once a minute.",
      ...liveNote(applied),
    ]);
    return 0;
  },
};

export const officeHours: Command = {
  name: "alerts office-hours",
  about: "Sends warnings at these hours only, such as: monday:friday 08:00-18:00 Europe/Berlin. Critical ones always.",
  operands: ["[DAYS]", "[HOURS]", "[TIMEZONE]"],
  options: { ...options, off: { about: "Sends warnings at all times" } },
  async run(input) {
    const box = findBox(input.values["dir"]);
    const hours = input.isOn("off") ? undefined : readOfficeHours(input.operands);
    const { receivers } = readReceivers(box);
    const applied = await applyChange(box, { receivers: { receivers, officeHours: hours } });
    print(input, { officeHours: hours ?? null, ...applied }, () => [
      hours === undefined
        ? "Warnings are sent at all times."
        : `Warnings are sent ${hours.days} from ${hours.from} to ${hours.to}, ${hours.timeZone}; those that still fire then.`,
      ...liveNote(applied),
    ]);
    return 0;
  },
};

function readOfficeHours([days = "", hours = "", timeZone = "UTC"]: readonly string[]): OfficeHours {
  const [from = "", to = ""] = hours.split("-");
  return checkOfficeHours({ days, from, to, timeZone });
}
