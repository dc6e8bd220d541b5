/** `obsbox alerts receiver types`: what can be told of alerts, and what each needs. */
import type { ReceiverType } from "../alerts/receiver-type.ts";
import { receiverTypes } from "../alerts/receiver-types.ts";
import type { Command } from "../command.ts";
import { jsonOption, print } from "../report/output.ts";
import { painter, widthOf } from "../report/style.ts";
import { renderTable } from "../report/table.ts";

export const receiverTypesCommand: Command = {
  name: "alerts receiver types",
  about: "Lists the types of receivers with the settings of each.",
  options: { json: jsonOption },
  async run(input) {
    const rows: readonly (readonly [string, ReceiverType])[] = Object.entries(receiverTypes);
    const plain = rows.map(([type, { about, secret, settings }]) => ({ type, about, secret: secret.about, settings }));
    print(input, plain, () => rows.flatMap(typeLines));
    return 0;
  },
};

function typeLines([name, { about, secret, settings, oneOf = [] }]: readonly [
  string,
  ReceiverType,
]): readonly string[] {
  const paint = painter(process.stdout);
  const keys = Object.entries(settings).map(([key, setting]) => {
    const need = setting.isRequired === true ? "needed" : oneOf.includes(key) ? "one of these" : "";
    return [`--set ${key}=…`, setting.about, { text: need, style: "busy" } as const];
  });
  const condition = secret.with === undefined ? "" : `, with ${secret.with}`;
  const rows = [[`secret${condition}`, secret.about, ""], ...keys];
  const columns = [{ title: "", least: 28 }, { title: "", gives: true }, { title: "" }] as const;
  const look = { width: widthOf(process.stdout), paint, indent: 4 };
  return [`${paint(name, "strong")}  ${about}`, ...renderTable(columns, rows, look).slice(1)];
}
