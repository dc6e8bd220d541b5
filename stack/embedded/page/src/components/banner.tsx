import { useEffect, useState } from "preact/hooks";
import type { Status } from "../api.ts";
import { onNotice } from "../notices.ts";

interface Props {
  readonly status: Status | undefined;
  readonly error: string | undefined;
}

/** What stands in the way of seeing everything: said once, above everything, until it is over. */
export function Banner({ status, error }: Props) {
  const [notice, setNotice] = useState<string>();
  useEffect(() => onNotice(setNotice), []);
  const messages = [
    notice,
    error === undefined ? undefined : `The box does not answer: ${error}. What is shown may be old.`,
    status?.trouble === undefined
      ? undefined
      : `Nothing is stored any more: ${status.trouble}. Free the disk, or start with another --data folder.`,
    status?.memoryOnly === undefined ? undefined : `The window is kept in memory only: ${status.memoryOnly}`,
    status?.isPaused === true ? "Paused: nothing new comes in." : undefined,
  ].filter((message) => message !== undefined);
  return (
    <output>
      {messages.map((message) => (
        <p key={message} class={status?.isPaused === true && messages.length === 1 ? "banner calm" : "banner"}>
          {message}
        </p>
      ))}
    </output>
  );
}
