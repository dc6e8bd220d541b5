/** The home page. */
export const home = `.cards {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(290px, 1fr));
  gap: 14px;
  margin: 20px 0 34px;
  padding: 0;
  list-style: none;
}

.card {
  display: block;
  height: 100%;
  padding: 16px 18px;
  border: 1px solid var(--border);
  border-radius: 10px;
  background: var(--surface);
  color: var(--text);
}

.card:hover {
  border-color: var(--accent);
  text-decoration: none;
}

.card strong {
  display: block;
  color: var(--accent);
  font-size: 16px;
  font-weight: 650;
}

.card span {
  color: var(--muted);
}

code,
pre {
  font: 13px/1.6 ui-monospace, "Cascadia Mono", Menlo, monospace;
}

pre {
  margin: 0 0 14px;
  padding: 14px 18px;
  border: 1px solid var(--border);
  border-radius: 8px;
  background: var(--raised);
  overflow-wrap: anywhere;
  white-space: pre-wrap;
}
`;
