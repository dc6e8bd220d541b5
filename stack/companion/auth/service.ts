/** What the routes work with. */
import type { Audit } from "./audit.ts";
import type { DataFile } from "./files/data-file.ts";
import type { SignInLimits } from "./limits.ts";
import type { Provider } from "./oidc/provider.ts";
import type { Passwords } from "./passwords/passwords.ts";
import type { Sessions } from "./sessions/sessions.ts";
import type { AuthSettings } from "./settings.ts";
import type { Tokens } from "./tokens/store.ts";
import type { UsersFile } from "./users/user.ts";

export interface AuthService {
  readonly settings: AuthSettings;
  readonly users: DataFile<UsersFile>;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly limits: SignInLimits;
  readonly tokens: Tokens;
  /** Absent without a company's login. */
  readonly provider: Provider | undefined;
  readonly audit: Audit;
}
