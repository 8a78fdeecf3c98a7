/** One value, for who takes many. */
export async function* once<T>(value: T): AsyncGenerator<T, void> {
  yield value;
}
