/** What people read, in every language that the dashboards come in. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

export type Language = keyof Text;

export const languages = ["en", "zh"] as const satisfies readonly Language[];
