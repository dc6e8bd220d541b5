import { expect, test } from "vitest";
import { trustStores } from "./trust-store.ts";

const linesOf = (name: string) => {
  const store = trustStores.find((one) => one.name === name);
  return [store?.add("/box/ca.crt", "obsbox"), store?.remove("obsbox")].map((lines) =>
    lines?.map((line) => line.join(" ")),
  );
};

test.each([
  [
    "Debian, Ubuntu, Alpine",
    ["install -m 644 /box/ca.crt /usr/local/share/ca-certificates/obsbox-obsbox.crt", "update-ca-certificates"],
    ["rm -f /usr/local/share/ca-certificates/obsbox-obsbox.crt", "update-ca-certificates"],
  ],
  [
    "Fedora, RHEL",
    ["install -m 644 /box/ca.crt /etc/pki/ca-trust/source/anchors/obsbox-obsbox.crt", "update-ca-trust extract"],
    ["rm -f /etc/pki/ca-trust/source/anchors/obsbox-obsbox.crt", "update-ca-trust extract"],
  ],
  [
    "macOS",
    ["security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain /box/ca.crt"],
    ["security delete-certificate -c obsbox authority of obsbox /Library/Keychains/System.keychain"],
  ],
  [
    "Windows",
    ["certutil -user -addstore Root /box/ca.crt"],
    ["certutil -user -delstore Root obsbox authority of obsbox"],
  ],
])("on %s the authority is added and removed with the system's own tool", (name, add, remove) => {
  expect(linesOf(name)).toEqual([add, remove]);
});

test("only Windows has a store for each user, so that nobody needs to be root", () => {
  expect(trustStores.filter(({ needsRoot }) => !needsRoot).map(({ name }) => name)).toEqual(["Windows"]);
});
