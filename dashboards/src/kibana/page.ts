/** What a dashboard of Kibana is made of, in words of its reader. `body.ts` writes it as the Dashboards API takes it. */
import type { Text } from "../text.ts";
import type { PanelContent } from "./api.ts";
import type { Field } from "./fields.ts";

export interface Page {
  /** Behind `obsbox-`. Never changed, because people keep its address. */
  readonly name: string;
  readonly title: Text;
  /** The question that it answers. */
  readonly about: Text;
  /** Pages of Grafana on the same matter: what stands behind `obsbox-` in their uid. */
  readonly counterparts: readonly Counterpart[];
  readonly controls?: readonly Control[];
  readonly panels: readonly Panel[];
}

export interface Counterpart {
  readonly uid: string;
  readonly title: Text;
}

export interface Control {
  readonly title: Text;
  readonly field: Field;
  /** One value at a time. */
  readonly isSingle?: true;
}

export type Panel = PanelContent & {
  /** In columns of 48. */
  readonly width: number;
  readonly height: number;
  /** No row means that all is well. */
  readonly emptyIsHealthy?: true;
  /** What has to be there before it can show anything. */
  readonly needs?: string;
};

export const idOf = ({ name }: Pick<Page, "name">): string => `obsbox-${name}`;
