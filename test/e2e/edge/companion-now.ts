const [name = "", ...args] = process.argv.slice(2);
const run = name === "auth" ? (await import("../../../stack/companion/auth/main.ts")).runAuth : (await import("../../../stack/companion/auth/users-command.ts")).runUsers;
process.exitCode = await run(args, process.env);
