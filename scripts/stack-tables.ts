/** Tables of the documents that come from the stack's tables. */
import { components, imageOf } from "../stack/catalog.ts";
import { exceptions } from "../stack/exceptions.ts";
import { kinds, memoryKeyOf, settingGroups } from "../stack/settings.ts";
import { markdownTable } from "./markdown-table.ts";

/** What runs, who it is inside, and what it may use. */
export function componentsTable(): string {
  return markdownTable(
    ["Component", "What it does", "User", "Memory, small", "Memory, standard", "Limit set by", "Data"],
    components.map(({ name, about, user, memory, data = {}, profile }) => [
      name,
      profile === undefined ? about : `${about} (profile \`${profile}\`)`,
      user,
      `${memory.small} MiB`,
      `${memory.standard} MiB`,
      `\`${memoryKeyOf(name)}\``,
      Object.keys(data).join(", "),
    ]),
  );
}

/** What people open. */
export function pagesTable(): string {
  return markdownTable(
    ["Page", "Path", "What is there"],
    components.flatMap(({ page }) => (page === undefined ? [] : [[page.title, `\`${page.path}\``, page.about]])),
  );
}

export function exceptionsTable(): string {
  return markdownTable(
    ["Component", "Exception", "What it has", "Why"],
    exceptions.map(({ component, rule, what, why }) => [component, rule, what, why]),
  );
}

/** Each image with the licence of what it holds. */
export function imagesTable(): string {
  const images = new Map(components.map((component) => [imageOf(component), component.license]));
  return markdownTable(
    ["Image", "Licence"],
    [...images].map(([image, license]) => [`\`${image}\``, license]),
  );
}

/** Every key of `.env`, under the headings that the file has. */
export function settingsTables(): string {
  return settingGroups
    .map(([title, group]) => {
      const rows = Object.entries(group).map(([key, { about, kind, small, default: usual }]) => [
        `\`${key}\``,
        usual === "" ? "" : `\`${usual}\`${small === undefined ? "" : `, small \`${small}\``}`,
        `${about}; ${kinds[kind].expected}`,
      ]);
      return `### ${title}\n\n${markdownTable(["Key", "Default", "What it is"], rows)}`;
    })
    .join("\n");
}
