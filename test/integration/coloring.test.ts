import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startOtlpReceiver } from "../helpers/otlp-receiver.ts";
import type { OtlpReceiver } from "../helpers/otlp-receiver.ts";
import { register, startProgram } from "../helpers/run-program.ts";
import type { Program } from "../helpers/run-program.ts";
import { samplesOf, scrape } from "../helpers/scrape.ts";
import { waitFor } from "../helpers/wait-for.ts";

type Line = Readonly<Record<string, unknown>>;

const token = "a secret of the shop";

/** What the program says of a coloured request beyond what it says of any. */
const finerLines = [
  "before",
  "debug and 7",
  "child",
  "strict debug",
  "strict info",
  "billing",
  "own",
  "own child",
  "another pino",
];
/** When it is coloured halfway. */
const laterLines = finerLines.slice(1);

const options = {
  OBSBOX_COLOR_TOKEN: token,
  OBSBOX_COLOR_USERS: "u1,u2",
  OBSBOX_COLOR_USER_HEADER: "X-User",
  OBSBOX_COLOR_ROUTES: "GET /orders/:id",
};

interface Service extends AsyncDisposable {
  readonly program: Program;
  readonly url: string;
  /** Sends a request, and gives its lines below the level and the names of its spans. */
  visit(path: string, headers?: Record<string, string>): Promise<Visited>;
}

interface Visited {
  readonly finer: string[];
  readonly spans: string[];
  readonly access: Line;
  readonly answer: { readonly isEnabled: boolean; readonly level: string; readonly headers: Record<string, string> };
}

let receiver: OtlpReceiver;
let service: Service;

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  service = await startService(options);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

test("a request is not coloured when nothing asks for it", async () => {
  const { finer, spans, access, answer } = await service.visit("/");
  expect([finer, spans]).toEqual([[], []]);
  expect(access).not.toHaveProperty(["labels.colored"]);
  expect(answer).toMatchObject({ isEnabled: false, level: "info" });
});

describe("a request is coloured", () => {
  const spans = ["GET", "after", "before"];

  test("by the token in a header", async () => {
    const visited = await service.visit("/", { "x-obsbox-color": token });
    expect(visited).toMatchObject({ finer: finerLines, spans, answer: { isEnabled: true, level: "info" } });
    expect(visited.access).toMatchObject({ "labels.colored": true });
    expect(visited.access).not.toHaveProperty(["labels.trace_sampled"]);
  });

  test("by the token in its baggage", async () => {
    const visited = await service.visit("/", { baggage: `tenant=a,obsbox.color=${encodeURIComponent(token)}` });
    expect(visited).toMatchObject({ finer: finerLines, spans });
  });

  test("by a user on the list, whom a header names", async () => {
    expect(await service.visit("/", { "x-user": "u2" })).toMatchObject({ finer: finerLines, spans });
    expect(await service.visit("/", { "x-user": "u3" })).toMatchObject({ finer: [], spans: [] });
  });

  test("by its route", async () => {
    expect(await service.visit("/orders/7?x=1")).toMatchObject({ finer: finerLines, spans });
    expect(await service.visit("/orders/7/items")).toMatchObject({ finer: [], spans: [] });
  });

  test("by the service, which names the user; its span is kept from its beginning", async () => {
    expect(await service.visit("/user?id=u1")).toMatchObject({ finer: laterLines, spans: ["GET", "after"] });
    expect(await service.visit("/user?id=u3")).toMatchObject({ finer: [], spans: [] });
    const request = receiver.spans.find(({ attributes }) => attributes["url.path"] === "/user");
    expect(request?.attributes).toMatchObject({ "obsbox.colored": true, "http.response.status_code": 200 });
    expect(request?.durationUs).toBeGreaterThan(0);
  });

  test("by the service, whoever asks", async () => {
    expect(await service.visit("/code")).toMatchObject({ finer: laterLines, spans: ["GET", "after"] });
  });

  test("and so is what it does after its answer", async () => {
    await service.visit("/work-on", { "x-obsbox-color": token });
    await waitFor("the later line", () => service.program.stdout().includes('"message":"later"'));
  });

  test("and so is who takes its message from a queue", async () => {
    await service.visit("/queue", { "x-obsbox-color": token });
    await service.visit("/queue");
    await service.visit("/consume");
    await waitFor("the span of the consumer", () => receiver.spans.some(({ name }) => name === "consume"));
    const said = () => service.program.lines().filter(({ message }) => message === "consumed");
    await waitFor("its line", () => said().length > 0);
    expect(said().map((line) => line["labels.colored"])).toEqual([true]);
    expect(receiver.spans.filter(({ name }) => name === "consume")).toHaveLength(1);
  });
});

test("nothing but coloured requests has left a span", async () => {
  await service.visit("/", { "x-obsbox-color": token });
  expect(receiver.spans.filter(({ attributes }) => attributes["obsbox.colored"] !== true)).toEqual([]);
});

describe("a colour", () => {
  test("goes on to the next service as a mark of this trace, the token does not", async () => {
    await using next = await startService(options);
    const colored = { baggage: `tenant=a,obsbox.color=${encodeURIComponent(token)}` };
    const { answer } = await service.visit(`/ask?url=${next.url}`, colored);
    const baggage = answer.headers["baggage"] ?? "";
    expect(answer.isEnabled).toBe(true);
    expect(baggage).toMatch(/^obsbox\.color=[0-9a-z]+\.[0-9a-f]{32},tenant=a$/);
    expect(await next.visit("/", answer.headers)).toMatchObject({ finer: finerLines });

    const another = { ...answer.headers, traceparent: `00-${"7".repeat(32)}-${"7".repeat(16)}-01` };
    expect(await next.visit("/", another)).toMatchObject({ finer: [], spans: [] });
    const { baggage: _left, ...traceOnly } = answer.headers;
    expect(await next.visit("/", traceOnly)).toMatchObject({ finer: [] });
    const plain = await service.visit(`/ask?url=${next.url}`);
    expect([plain.answer.isEnabled, plain.answer.headers["baggage"]]).toEqual([false, undefined]);
    expect(await refusals(next)).toEqual({ wrong_mark: 1 });
  });

  test.each([
    ["a wrong token", { "x-obsbox-color": `${token}!` }, { wrong_token: 1 }],
    ["a wrong token in the baggage", { baggage: "obsbox.color=1" }, { wrong_token: 1 }],
    ["a mark that is made up", { baggage: `obsbox.color=zzzzz.${"0".repeat(32)}` }, { wrong_mark: 1 }],
  ])("is refused to %s, counted and said", async (_what, headers, counts) => {
    await using stranger = await startService(options);
    expect(await stranger.visit("/", headers)).toMatchObject({ finer: [], spans: [] });
    expect(await refusals(stranger)).toEqual(counts);
    expect(stranger.program.stderr()).toMatch(/\[color-wrong-(token|mark)\]/);
    expect(stranger.program.stderr()).not.toContain(token);
  });

  test("is refused to everybody outside without a token", async () => {
    await using closed = await startService({});
    expect(await closed.visit("/", { "x-obsbox-color": "undefined", baggage: "obsbox.color=undefined" })).toMatchObject(
      {
        finer: [],
        spans: [],
      },
    );
    expect(await closed.visit("/code")).toMatchObject({ finer: laterLines });
  });

  test("is given so many times a minute", async () => {
    await using busy = await startService({ ...options, OBSBOX_COLOR_PER_MINUTE: "2" });
    for (let count = 0; count < 4; count++) await busy.visit("/orders/7"); // Has a share of its own.
    const visits = [];
    for (let count = 0; count < 5; count++) visits.push(await busy.visit("/", { "x-obsbox-color": token }));
    expect(visits.map(({ finer }) => finer.length)).toEqual([finerLines.length, finerLines.length, 0, 0, 0]);
    expect(await refusals(busy)).toEqual({ rate: 5 });
    expect(busy.program.stderr().match(/\[color-rate\]/g)).toHaveLength(1);
  });

  test("is never given when that is switched off", async () => {
    await using off = await startService({ ...options, OBSBOX_COLOR: "false" });
    expect(await off.visit("/code", { "x-obsbox-color": token })).toMatchObject({ finer: [], spans: [] });
  });
});

async function startService(env: Record<string, string>): Promise<Service> {
  const program = startProgram("color-app.mjs", {
    flags: register,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_TRACES_SAMPLER: "traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "0",
      ...env,
    },
  });
  const url = `http://127.0.0.1:${await program.port()}`;
  let number = 0;
  return {
    program,
    url,
    async visit(path, headers = {}) {
      const id = `visit ${++number}`;
      const before = program.lines().length;
      const response = await fetch(url + path, { headers: { ...headers, "user-agent": id } });
      const answer = (await response.json()) as Visited["answer"];
      const access = await waitFor("its access line", () =>
        program.lines().find((line) => line["user_agent.original"] === id),
      );
      const ends = () => program.lines().filter(({ msg, visit }) => msg === "end" && visit === id);
      await waitFor("the last lines of the others", () => ends().length === 2);
      const said = program.lines().slice(before);
      const finer = finerLines.filter((finerLine) =>
        said.some((line) => (line["message"] ?? line["msg"]) === finerLine),
      );
      const spans = access["labels.colored"] === true ? await spansOf(String(access["trace.id"])) : [];
      return { finer, spans, access, answer };
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** The request's own span ends last. */
async function spansOf(traceId: string): Promise<string[]> {
  const ofTrace = () => receiver.spans.filter((span) => span.traceId === traceId);
  await waitFor("the span of the request", () => ofTrace().some(({ kind }) => kind === 2));
  return ofTrace()
    .map(({ name }) => name)
    .toSorted();
}

async function refusals({ program }: Service): Promise<Record<string, number>> {
  const counted = samplesOf(await scrape(program), "obsbox_color_refused_total").filter(({ value }) => value > 0);
  return Object.fromEntries(counted.map(({ labels, value }) => [labels["reason"] ?? "", value]));
}
