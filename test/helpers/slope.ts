/**
 * By how much a value grows in an hour, by the line that fits its samples best.
 *
 * @param everySeconds - Between two samples.
 */
export function slopePerHour(values: readonly number[], everySeconds: number): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [products, squares] = [0, 0];
  for (const [index, value] of values.entries()) {
    products += (index - middle) * (value - mean);
    squares += (index - middle) ** 2;
  }
  return (products / squares) * (3600 / everySeconds);
}
