import { useEffect } from "preact/hooks";
import { useApi } from "./api.ts";
import type { Status } from "./api.ts";
import { Banner } from "./components/banner.tsx";
import { Header } from "./components/header.tsx";
import { followLinks, useLocation } from "./location.ts";
import type { Location } from "./location.ts";
import { LogsPage } from "./pages/logs.tsx";
import { MetricsPage } from "./pages/metrics.tsx";
import { ServicesPage } from "./pages/services.tsx";
import { TracePage } from "./pages/trace.tsx";
import { TracesPage } from "./pages/traces.tsx";

const statusEveryMs = 2000;

export function App() {
  const location = useLocation();
  const { data: status, error } = useApi<Status>("/api/status", statusEveryMs);
  useEffect(() => {
    addEventListener("click", followLinks);
    return () => removeEventListener("click", followLinks);
  }, []);
  return (
    <>
      <a class="skip" href="#content">
        Skip to content
      </a>
      <Header location={location} status={status} />
      <Banner status={status} error={error} />
      <main id="content" tabIndex={-1}>
        <View location={location} isPaused={status?.isPaused ?? false} />
      </main>
    </>
  );
}

/** What every view gets. */
export interface ViewProps {
  readonly location: Location;
  readonly isPaused: boolean;
}

function View(props: ViewProps) {
  const { path } = props.location;
  if (path.startsWith("/traces/")) return <TracePage {...props} />;
  if (path === "/traces") return <TracesPage {...props} />;
  if (path === "/logs") return <LogsPage {...props} />;
  if (path === "/metrics") return <MetricsPage {...props} />;
  return <ServicesPage {...props} />;
}
