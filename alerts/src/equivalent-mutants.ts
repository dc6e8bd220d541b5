/** Mutants that no test can notice, because nothing that they do differs. Each has its reason. */

export interface Equivalent {
  readonly alert: string;
  /** As the mutation run names it, without the place. */
  readonly what: string;
  readonly reason: string;
}

export const equivalents: readonly Equivalent[] = [
  {
    alert: "NodeProcessRestarting",
    what: "+10 %: 2",
    reason: "restarts are whole numbers: more than 2.2 is more than 2",
  },
  {
    alert: "ContainerRestarting",
    what: "+10 %: 3",
    reason: "restarts are whole numbers: more than 3.3 is more than 3",
  },
];
