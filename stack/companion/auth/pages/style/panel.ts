/** Panels and the forms in them. */
export const panel = `.panel {
  padding: 26px;
  border: 1px solid var(--border);
  border-radius: 10px;
  background: var(--surface);
}

.panel > :last-child {
  margin-bottom: 0;
}

.panel form {
  display: grid;
  gap: 16px;
  margin: 18px 0 0;
}

.row {
  display: grid;
  gap: 4px;
}

label {
  font-weight: 600;
}

.hint {
  margin: 0;
  color: var(--muted);
  font-size: 13px;
}

.error {
  margin: 18px 0 0;
  padding: 10px 14px;
  border-left: 3px solid var(--bad);
  border-radius: 4px;
  background: var(--bad-soft);
  color: var(--text);
}

input {
  width: 100%;
  height: 40px;
  padding: 0 12px;
  border: 1px solid var(--field);
  border-radius: 6px;
  background: var(--background);
  color: var(--text);
  font: inherit;
}

input[aria-invalid="true"] {
  border-color: var(--bad);
}

button,
.button {
  display: inline-block;
  min-height: 40px;
  padding: 7px 18px;
  border: 1px solid var(--accent);
  border-radius: 6px;
  background: var(--accent);
  color: var(--on-accent);
  font: inherit;
  font-weight: 600;
  line-height: 1.5;
  text-align: center;
  cursor: pointer;
}

button:hover,
.button:hover {
  filter: brightness(1.08);
  text-decoration: none;
}

button.quiet {
  min-height: 32px;
  padding: 3px 12px;
  border-color: var(--field);
  background: var(--surface);
  color: var(--text);
  font-weight: 400;
}

.wide {
  width: 100%;
}

.or {
  display: flex;
  gap: 12px;
  align-items: center;
  margin: 4px 0 0;
  color: var(--muted);
  font-size: 13px;
}

.or::before,
.or::after {
  content: "";
  flex: 1;
  border-top: 1px solid var(--border);
}
`;
