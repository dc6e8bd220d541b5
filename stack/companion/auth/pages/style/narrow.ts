/** What differs on a narrow screen. */
export const narrow = `@media (max-width: 600px) {
  header {
    padding: 8px 14px;
  }

  main,
  main.narrow {
    padding: 18px 14px 40px;
  }

  .panel {
    padding: 20px 16px;
  }
}
`;
