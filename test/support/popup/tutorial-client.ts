import type { WebSocket } from 'ws';

/**
 * A client that behaves as the tutorial's page does, with its numbers: subscribers in order, the first that says true has consumed a
 * message; one subscriber for each question, which leaves at the end of an answer; what nobody consumes is logged.
 *
 * @source The popup chat tutorial, version-2/client.js, as described in its text. Written anew.
 */
export class TutorialClient {
  /** One for each question, in their order. */
  readonly bubbles: string[] = [];
  readonly logged: string[] = [];
  isAllGood = false;
  readonly #socket: WebSocket;
  readonly #subscribers: ((type: number, content: string) => boolean)[] = [];
  #ends = 0;

  constructor(socket: WebSocket, id: string) {
    this.#socket = socket;
    socket.on('message', (data: ArrayBuffer) => this.#take(new Uint8Array(data)));
    this.#send(0x01, Buffer.from(id));
  }

  /** Nothing is waited for. */
  get isIdle(): boolean {
    return this.#ends === this.bubbles.length;
  }

  ask(text: string): void {
    this.#subscribe();
    this.#send(0x02, Buffer.from(text));
  }

  sendChunk(bytes: Uint8Array): void {
    this.#send(0x03, bytes);
  }

  endRecording(): void {
    this.#subscribe();
    this.#send(0x04, Buffer.alloc(0));
  }

  async until(isSo: () => boolean): Promise<void> {
    const giveUpMs = performance.now() + 8000;
    while (!isSo()) {
      if (performance.now() > giveUpMs) throw new Error(`It did not come: ${JSON.stringify(this)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  #send(type: number, payload: Uint8Array): void {
    this.#socket.send(Buffer.concat([Buffer.from([type]), payload]));
  }

  #subscribe(): void {
    const bubble = this.bubbles.push('') - 1;
    const handler = (type: number, content: string): boolean => {
      if (type === 0x11) {
        this.bubbles[bubble] += content;
        return true;
      }
      if (type !== 0x12) return false;
      this.#subscribers.splice(this.#subscribers.indexOf(handler), 1);
      this.#ends++;
      return true;
    };
    this.#subscribers.push(handler);
  }

  #take(frame: Uint8Array): void {
    const type = frame[0] ?? -1;
    const content = new TextDecoder().decode(frame.slice(1));
    if (!this.isAllGood && type !== 0x01) {
      if (type === 0x99) this.logged.push(`Something wrong sending the chat ID: ${content}`);
    } else if (type === 0x01) this.isAllGood = true;
    else if (!this.#subscribers.some((handler) => handler(type, content)))
      this.logged.push(
        type === 0x99 ? `Unhandled error received from server: ${content}` : `Unknown message type "${type}"`,
      );
  }
}
