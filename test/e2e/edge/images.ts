/** Images of the containers in these tests: built by test/images, or whatever the environment names. */

export function imageOf(name: string): string {
  const key = `OBSBOX_TEST_IMAGE_${name.toUpperCase().replaceAll("-", "_")}`;
  return process.env[key] ?? `obsbox-test/${name}`;
}
