/** The company's login: OpenID Connect, code flow with PKCE. It is looked for when somebody wants to use it, not before. */
import * as client from "openid-client";
import type { OidcSettings } from "../settings.ts";

/** What has to be remembered between leaving for the login and coming back. */
export interface Departure {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface Provider {
  /** @returns Where to send the browser, and what to remember. */
  depart(): Promise<readonly [URL, Departure]>;
  /**
   * Turns what the browser brought back into facts about a person.
   *
   * @param url - The address that it was sent to, with its query.
   */
  arrive(url: URL, departure: Departure): Promise<Readonly<Record<string, unknown>>>;
}

const timeoutSeconds = 8;
const clockToleranceSeconds = 30;

export function createProvider(settings: OidcSettings, origin: string): Provider {
  const redirectUri = `${origin}/oauth2/callback`;
  let discovered: Promise<client.Configuration> | undefined;
  const configuration = (): Promise<client.Configuration> => {
    discovered ??= discover(settings).catch((error: unknown) => {
      discovered = undefined; // The next one who wants to sign in tries again.
      throw error;
    });
    return discovered;
  };
  return {
    async depart() {
      const departure = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      };
      const url = client.buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri,
        scope: settings.scopes,
        state: departure.state,
        nonce: departure.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(departure.verifier),
        code_challenge_method: "S256",
      });
      return [url, departure];
    },
    async arrive(url, { state, nonce, verifier }) {
      const found = await configuration();
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier };
      const tokens = await client.authorizationCodeGrant(found, url, checks);
      const claims = tokens.claims();
      if (claims === undefined || claims[settings.groupsClaim] !== undefined) return { ...claims };
      if (found.serverMetadata().userinfo_endpoint === undefined) return claims;
      return { ...claims, ...(await client.fetchUserInfo(found, tokens.access_token, claims.sub)) };
    },
  };
}

async function discover({ issuer, clientId, clientSecret }: OidcSettings): Promise<client.Configuration> {
  // Only an address of this machine may be without TLS; the settings have seen to that.
  const isPlain = issuer.protocol === "http:";
  return client.discovery(
    issuer,
    clientId,
    { [client.clockTolerance]: clockToleranceSeconds },
    clientSecret === undefined ? client.None() : authenticateWith(clientSecret),
    {
      timeout: timeoutSeconds,
      execute: [client.enableNonRepudiationChecks, ...(isPlain ? [client.allowInsecureRequests] : [])],
    },
  );
}

/** By the header, as the specification has it, unless the provider wants the secret in the form. */
function authenticateWith(secret: string): client.ClientAuth {
  const [inHeader, inForm] = [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)];
  return (server, metadata, body, headers) => {
    const known = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
    const method = known.includes("client_secret_basic") ? inHeader : inForm;
    method(server, metadata, body, headers);
  };
}

/** Whether an error means that the person, not the provider, cannot go on: what came back is not what was asked for. */
export function isRefusal(error: unknown): boolean {
  return (
    error instanceof client.AuthorizationResponseError ||
    error instanceof client.ResponseBodyError ||
    (error instanceof client.ClientError && answerCodes.has(error.code ?? ""))
  );
}

const answerCodes = new Set([
  "OAUTH_INVALID_RESPONSE",
  "OAUTH_JWT_CLAIM_COMPARISON_FAILED",
  "OAUTH_JWT_TIMESTAMP_CHECK_FAILED",
  "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED",
]);
