/**
 * What a page is made of, in words of its reader: sections of panels, each panel with what it asks and how it shows the
 * answer. `classic/` writes it as Grafana's JSON; a second writer could be put beside it.
 */
import type { Text } from "./text.ts";
import type { Unit } from "./units.ts";

export type Area = "services" | "hosts" | "stack" | "start";
export type Source = "prometheus" | "elasticsearch" | "jaeger";

export interface Page {
  /** Behind `obsbox-`: `services-red`. Never changed, because people keep its address. */
  readonly uid: string;
  readonly area: Area;
  readonly name: Text;
  /** The question that it answers, and who asks it. */
  readonly description: Text;
  readonly variables: readonly Variable[];
  readonly sections: readonly Section[];
  /** Marks on the time axis; restarts and deployments of the service, where the page is about one. */
  readonly annotations?: readonly Annotation[];
  /** Links at the top, beside the menu of all pages of the same area. */
  readonly links?: readonly Link[];
  /** Seconds between refreshes; 30 by default, and 0 for a page of text. */
  readonly refreshSeconds?: number;
}

export interface Section {
  /** Without a title the panels stand above the first row. */
  readonly title?: Text;
  /** Its panels ask nothing before somebody opens it. */
  readonly isCollapsed?: boolean;
  readonly panels: readonly Panel[];
}

export interface Panel {
  /** Grafana's plugin id. */
  readonly type: string;
  readonly title: Text;
  /** What it shows, and what a reader should conclude. */
  readonly description: Text;
  /** In columns of 24, and in rows of 30 pixels. */
  readonly width: number;
  readonly height: number;
  readonly targets: readonly Target[];
  readonly unit?: Unit;
  readonly options: Json;
  readonly field?: Json;
  readonly overrides?: readonly Override[];
  readonly transformations?: readonly Json[];
  readonly links?: readonly Link[];
  /** Links of single values: the field's `links`. */
  readonly valueLinks?: readonly Link[];
  /** No answer means that all is well: shown as `noValue`, and the panel must return 0 or nothing on a healthy system. */
  readonly emptyIsHealthy?: true;
  /** What has to be there before it can show anything, for instance `cAdvisor`. */
  readonly needs?: string | Text;
}

export interface Override {
  /** Name of the field, as shown. */
  readonly field: string | Text;
  readonly properties: Json;
  readonly links?: readonly Link[];
}

export type Target = PrometheusTarget | ElasticsearchTarget | JaegerTarget;

export interface PrometheusTarget {
  readonly source: "prometheus";
  readonly expr: string;
  /** Name of a series, with `{{label}}`. */
  readonly legend?: string | Text;
  /** One value at the end of the range instead of a series. */
  readonly instant?: boolean;
  readonly format?: "time_series" | "table" | "heatmap";
  /** Dots that open the trace behind a measurement. */
  readonly exemplar?: boolean;
}

export interface ElasticsearchTarget {
  readonly source: "elasticsearch";
  /** Lucene query string. */
  readonly query: string;
  readonly legend?: string | Text;
  readonly metrics: readonly Json[];
  readonly bucketAggs?: readonly Json[];
}

export interface JaegerTarget {
  readonly source: "jaeger";
  readonly query: Json;
}

export interface Link {
  readonly title: Text;
  /** Of another page of ours: its uid behind `obsbox-`; the time range goes with it. */
  readonly page?: string;
  /** Any other address. One that starts with `../` leaves Grafana for the root of the box. */
  readonly url?: string;
  /** `var-NAME=VALUE` of the address: the name with what stands for its value, `service: "$service"`. */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface Variable {
  readonly name: string;
  readonly label: Text;
  readonly type: "datasource" | "query" | "custom" | "textbox" | "constant";
  readonly query: string;
  readonly source?: Source;
  readonly multi?: boolean;
  /** Stands for all values, also for a label that is not there. */
  readonly allValue?: string;
  readonly regex?: string;
  readonly hide?: boolean;
}

export interface Annotation {
  readonly name: Text;
  readonly expr: string;
  readonly title: string;
  readonly text: string;
  readonly color: string;
  /** The value is the time, in milliseconds. */
  readonly valueIsTime?: boolean;
}

export interface Json {
  readonly [key: string]: unknown;
}
