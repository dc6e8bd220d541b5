/** Whether secrets are hidden: what is built in is, until the options say otherwise. */
export const settings = { isOn: true };
