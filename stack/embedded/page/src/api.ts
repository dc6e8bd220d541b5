/** The HTTP API of the box, typed by what the server gives. */
import { messageOf } from "../../errors.ts";
import { useEffect, useState } from "preact/hooks";
import type { FamilyInfo } from "../../store/metrics.ts";
import type { MetricChart } from "../../queries/metrics.ts";
import type { ServiceSummary } from "../../queries/services.ts";
import type { StoredLog } from "../../store/logs.ts";
import type { Edge, TraceSummary } from "../../store/spans.ts";
import type { StoreStatus } from "../../store/store.ts";
import type { Span } from "../../records.ts";

export interface Status extends StoreStatus {
  readonly version: string;
  readonly program?: string;
  readonly otlpUrl: string;
  readonly nowUs: number;
}

export type LogLine = StoredLog & { readonly service: string };
export type TraceSpan = Span & { readonly service: string };

export interface TraceDetail {
  readonly traceId: string;
  readonly spans: readonly TraceSpan[];
  readonly logs: readonly LogLine[];
}

/** What each address gives. */
export interface Api {
  "/api/status": Status;
  "/api/services": readonly ServiceSummary[];
  "/api/service-map": readonly Edge[];
  "/api/traces": { readonly traces: readonly TraceSummary[]; readonly isPartial: boolean };
  "/api/logs": readonly LogLine[];
  "/api/metrics": readonly FamilyInfo[];
}

export interface Loaded<T> {
  readonly data: T | undefined;
  /** Why there is nothing, or nothing newer. */
  readonly error: string | undefined;
}

/** @throws Error with the text that the box answers. */
export async function request<T>(href: string, init?: RequestInit): Promise<T> {
  const response = await fetch(href, init);
  const content: T & { readonly error?: string } = await response.json();
  if (!response.ok) throw new Error(content.error ?? `the box answered ${response.status}`);
  return content;
}

/** Loads what an address gives, and again every so many milliseconds; 0 loads it once. */
export function useApi<T>(href: string, everyMs: number): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T> & { readonly href: string }>({
    href,
    data: undefined,
    error: undefined,
  });
  useEffect(() => {
    let isCurrent = true;
    let timer = 0;
    const load = async () => {
      const next = await load1<T>(href);
      if (!isCurrent) return;
      setLoaded((before) => ({
        href,
        data: next.data ?? (before.href === href ? before.data : undefined),
        error: next.error,
      }));
      if (everyMs > 0) timer = window.setTimeout(() => void load(), everyMs);
    };
    void load();
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [href, everyMs]);
  return loaded.href === href ? loaded : { data: loaded.data, error: undefined };
}

async function load1<T>(href: string): Promise<Loaded<T>> {
  try {
    return { data: await request<T>(href), error: undefined };
  } catch (error) {
    return { data: undefined, error: messageOf(error) };
  }
}

export type { Edge, FamilyInfo, MetricChart, ServiceSummary, StoredLog, TraceSummary };
