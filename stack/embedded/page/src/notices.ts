/** What went wrong with something that the user has asked for; the banner shows it. */

const name = "obsbox:notice";

export function notify(message: string): void {
  dispatchEvent(new CustomEvent(name, { detail: message }));
}

/** @returns What stops it. */
export function onNotice(show: (message: string) => void): () => void {
  const listener = (event: Event) => {
    if (event instanceof CustomEvent) show(String(event.detail));
  };
  addEventListener(name, listener);
  return () => removeEventListener(name, listener);
}
