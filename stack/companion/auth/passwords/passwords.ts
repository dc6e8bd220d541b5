/** Verifies and hashes passwords, two at a time. */
import { authMetrics, count, observe, timed } from "../metrics.ts";
import { canBePassword } from "./policy.ts";
import { hashOfNobody, hashPassword, isPassword } from "./scrypt.ts";
import { createTurns } from "./turns.ts";

export interface Passwords {
  /**
   * Verifies a password. It takes as long when there is no hash to compare it with.
   *
   * @param address - Who asks: one verification at a time for each.
   * @throws Busy when too many wait.
   */
  verify(password: string, hash: string | undefined, address: string): Promise<boolean>;
  /** @throws Busy as above. */
  hash(password: string, address: string): Promise<string>;
}

export function createPasswords(): Passwords {
  const turns = createTurns({ parallel: 2, waiting: 32, waitingPerKey: 16 });
  const nobody = hashOfNobody();
  observe(authMetrics.verificationsWaiting, () => turns.waiting());
  return {
    async verify(password, hash, address) {
      if (!canBePassword(password)) return false;
      return turns.run(address, () => {
        count(authMetrics.verifications);
        return timed(authMetrics.verificationDuration, () => isPassword(password, hash ?? nobody));
      });
    },
    hash: (password, address) => turns.run(address, () => hashPassword(password)),
  };
}
