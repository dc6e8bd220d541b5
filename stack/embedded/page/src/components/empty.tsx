import type { ComponentChildren } from "preact";

/** Says why there is nothing to see, and what to do. */
export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}
