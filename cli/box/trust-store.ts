/** Where systems keep the authorities that they trust, and the commands that change it. */
import { existsSync } from "node:fs";
import { authorityName } from "./certificates.ts";

type Line = readonly [program: string, ...args: string[]];

export interface TrustStore {
  readonly name: string;
  readonly isHere: () => boolean;
  /** Whether only root may change it. */
  readonly needsRoot: boolean;
  readonly add: (cert: string, name: string) => readonly Line[];
  readonly remove: (name: string) => readonly Line[];
}

interface Anchors {
  readonly name: string;
  readonly folder: string;
  readonly update: Line;
}

const linuxAnchors: readonly Anchors[] = [
  { name: "Debian, Ubuntu, Alpine", folder: "/usr/local/share/ca-certificates", update: ["update-ca-certificates"] },
  { name: "Fedora, RHEL", folder: "/etc/pki/ca-trust/source/anchors", update: ["update-ca-trust", "extract"] },
  { name: "SUSE", folder: "/etc/pki/trust/anchors", update: ["update-ca-certificates"] },
  { name: "Arch", folder: "/etc/ca-certificates/trust-source/anchors", update: ["update-ca-trust"] },
];

const keychain = "/Library/Keychains/System.keychain";

export const trustStores: readonly TrustStore[] = [
  ...linuxAnchors.map(({ name, folder, update }): TrustStore => {
    const fileOf = (box: string) => `${folder}/obsbox-${box}.crt`;
    return {
      name,
      isHere: () => process.platform === "linux" && existsSync(folder),
      needsRoot: true,
      add: (cert, box) => [["install", "-m", "644", cert, fileOf(box)], update],
      remove: (box) => [["rm", "-f", fileOf(box)], update],
    };
  }),
  {
    name: "macOS",
    isHere: () => process.platform === "darwin",
    needsRoot: true,
    add: (cert) => [["security", "add-trusted-cert", "-d", "-r", "trustRoot", "-k", keychain, cert]],
    remove: (box) => [["security", "delete-certificate", "-c", authorityName(box), keychain]],
  },
  {
    name: "Windows",
    isHere: () => process.platform === "win32",
    needsRoot: false,
    add: (cert) => [["certutil", "-user", "-addstore", "Root", cert]],
    remove: (box) => [["certutil", "-user", "-delstore", "Root", authorityName(box)]],
  },
];

/** The store of this system, if it is a known one. */
export function findTrustStore(): TrustStore | undefined {
  return trustStores.find(({ isHere }) => isHere());
}
