/** `obsbox targets`: the services that Prometheus scrapes. */
import { dirOption, findBox } from "../box/find.ts";
import { listTargets, parseLabels, removeTarget, writeTarget } from "../box/targets.ts";
import type { Command } from "../command.ts";
import { jsonOption, print } from "../report/output.ts";
import { painter, widthOf } from "../report/style.ts";
import { renderTable } from "../report/table.ts";

const options = { dir: dirOption, json: jsonOption } as const;

const list: Command = {
  name: "targets list",
  about: "Lists the services that Prometheus scrapes.",
  options,
  async run(input) {
    const targets = listTargets(findBox(input.values["dir"]));
    print(input, targets, () =>
      renderTable(
        [{ title: "TARGET" }, { title: "ADDRESSES", gives: true }, { title: "LABELS" }],
        targets.map(({ name, addresses, labels }) => [
          name,
          addresses.length === 0 ? { text: "none: the file cannot be read", style: "bad" } : addresses.join(", "),
          Object.entries(labels)
            .map(([label, value]) => `${label}=${value}`)
            .join(", "),
        ]),
        { width: widthOf(process.stdout), paint: painter(process.stdout) },
      ),
    );
    return 0;
  },
};

const add: Command = {
  name: "targets add",
  about: "Has Prometheus scrape a service. On this machine its host is host.docker.internal.",
  operands: ["NAME", "ADDRESS..."],
  options: { ...options, label: { value: "NAME=VALUE", about: "Label of all its metrics", many: true } },
  async run(input) {
    const [name = "", ...addresses] = input.operands;
    const target = { name, addresses, labels: parseLabels(input.all("label")) };
    const isNew = writeTarget(findBox(input.values["dir"]), target);
    print(input, { ...target, changed: isNew }, () => [
      isNew ? `Prometheus scrapes ${addresses.join(", ")} within ten seconds.` : "Nothing to change.",
    ]);
    return 0;
  },
};

const remove: Command = {
  name: "targets remove",
  about: "Has Prometheus scrape a service no longer. What it has stored stays.",
  operands: ["NAME"],
  options,
  async run(input) {
    const [name = ""] = input.operands;
    removeTarget(findBox(input.values["dir"]), name);
    print(input, { name, removed: true }, () => [`${name} is no longer scraped.`]);
    return 0;
  },
};

export const targets: readonly Command[] = [list, add, remove];
