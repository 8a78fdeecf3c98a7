/** Whose turn it is to be heard: one at a time, in the order in which they came. */
export class ReplyLine {
  readonly #places: Place[] = [];

  /** @param onTurn - once, when all before have left; at once where nobody is before. @returns leaves the line; idempotent. */
  enter(onTurn: () => void): () => void {
    const place = { onTurn };
    this.#places.push(place);
    if (this.#places[0] === place) onTurn();
    return () => this.#leave(place);
  }

  #leave(place: Place): void {
    const index = this.#places.indexOf(place);
    if (index < 0) return;
    this.#places.splice(index, 1);
    if (index === 0) this.#places[0]?.onTurn();
  }
}

interface Place {
  readonly onTurn: () => void;
}
