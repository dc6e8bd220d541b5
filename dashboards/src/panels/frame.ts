/** What all kinds of panels have: words that cannot be left out, a place, and fields with a unit. */
import type { Json, Link, Override, Target } from "../model.ts";
import type { Text } from "../text.ts";
import type { Unit } from "../units.ts";
import { stepsOf } from "./thresholds.ts";
import type { Thresholds } from "./thresholds.ts";

export interface Described {
  readonly title: Text;
  readonly description: Text;
  readonly width?: number;
  readonly height?: number;
  readonly links?: readonly Link[];
  readonly valueLinks?: readonly Link[];
  readonly emptyIsHealthy?: true;
  readonly needs?: string | Text;
}

export interface Measured extends Described {
  readonly unit: Unit;
  readonly targets: readonly Target[];
  readonly min?: number;
  readonly max?: number;
  readonly decimals?: number;
  readonly thresholds?: Thresholds;
  readonly mappings?: readonly Json[];
  readonly overrides?: readonly Override[];
}

/** Words, links and size of a panel: its own, or else those of its kind. */
export function place(panel: Described & Partial<Pick<Measured, "unit" | "overrides">>, width: number, height: number) {
  const { title, description, unit, overrides, links, valueLinks, emptyIsHealthy, needs } = panel;
  return {
    title,
    description,
    width: panel.width ?? width,
    height: panel.height ?? height,
    ...(unit && { unit }),
    ...(overrides && { overrides }),
    ...(links && { links }),
    ...(valueLinks && { valueLinks }),
    ...(emptyIsHealthy && { emptyIsHealthy }),
    ...(needs !== undefined && { needs }),
  };
}

/** Grafana's defaults of the panel's fields. */
export function fieldOf({ min, max, decimals, thresholds, mappings }: Measured): Json {
  return {
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(decimals !== undefined && { decimals }),
    ...(mappings && { mappings }),
    color: { mode: thresholds === undefined ? "palette-classic" : "thresholds" },
    ...(thresholds && { thresholds: stepsOf(thresholds) }),
  };
}
