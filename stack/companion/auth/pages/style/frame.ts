/** Colours, text and the bar at the top: as on the page of `obsbox dev`, so that the product looks like one. */
export const frame = `:root {
  --background: #f6f7f9;
  --surface: #ffffff;
  --raised: #eef1f5;
  --text: #1b2026;
  --muted: #545d68;
  --border: #d3d9e0;
  --field: #7d8793;
  --accent: #0a58b8;
  --accent-soft: #e2edfb;
  --on-accent: #ffffff;
  --bad: #b3261e;
  --bad-soft: #fdecea;
  color-scheme: light;
}

@media (prefers-color-scheme: dark) {
  :root {
    --background: #0e1217;
    --surface: #161b22;
    --raised: #1f262e;
    --text: #e6ebf1;
    --muted: #a3afbc;
    --border: #313a45;
    --field: #6d7987;
    --accent: #79b8ff;
    --accent-soft: #14304f;
    --on-accent: #0e1217;
    --bad: #ff938a;
    --bad-soft: #3a1a1a;
    color-scheme: dark;
  }
}

* {
  box-sizing: border-box;
}

body {
  display: flex;
  flex-direction: column;
  min-height: 100vh;
  margin: 0;
  background: var(--background);
  color: var(--text);
  font: 15px/1.5 system-ui, "Segoe UI", sans-serif;
}

header {
  display: flex;
  flex-wrap: wrap;
  gap: 8px 24px;
  align-items: center;
  padding: 8px 24px;
  border-bottom: 1px solid var(--border);
  background: var(--surface);
}

.brand {
  display: flex;
  gap: 8px;
  align-items: center;
  color: var(--text);
  font-weight: 700;
}

.brand:hover {
  text-decoration: none;
}

.account {
  display: flex;
  flex-wrap: wrap;
  gap: 6px 14px;
  align-items: center;
  margin-left: auto;
}

.account form {
  margin: 0;
}

.role {
  padding: 1px 9px;
  border-radius: 10px;
  background: var(--accent-soft);
  color: var(--accent);
  font-size: 13px;
  font-weight: 600;
}

main {
  width: 100%;
  max-width: 1060px;
  margin: 0 auto;
  padding: 28px 24px 60px;
}

main.narrow {
  max-width: 460px;
  margin: auto;
  padding: 24px 24px 12vh;
}

h1 {
  margin: 0 0 6px;
  font-size: 22px;
  font-weight: 650;
  line-height: 1.3;
}

h2 {
  margin: 0 0 4px;
  font-size: 16px;
  font-weight: 650;
}

p {
  margin: 0 0 14px;
}

a {
  color: var(--accent);
  text-decoration: none;
}

a:hover {
  text-decoration: underline;
}

p a:not(.button) {
  text-decoration: underline;
}

:focus-visible {
  outline: 2px solid var(--accent);
  outline-offset: 2px;
}

.dim {
  color: var(--muted);
}
`;
