import { Emitter } from '../runtime/index.js';
import type { ControlChannel, ControlChannelEvents } from './channel.js';
import type { ControlFrame } from './frame-codec.js';

class MemoryChannel implements ControlChannel {
  readonly events = new Emitter<ControlChannelEvents>();
  readonly bufferedBytes = 0;
  other: MemoryChannel | undefined;
  #isOpen = true;

  send(frame: ControlFrame): void {
    const { other } = this;
    if (!this.#isOpen || other === undefined) return;
    // Never inside the sender's turn, as on a socket.
    queueMicrotask(() => {
      if (other.#isOpen) other.events.emit('frame', frame);
    });
  }

  close(): void {
    this.#end();
    const { other } = this;
    queueMicrotask(() => {
      if (other !== undefined) other.#end();
    });
  }

  #end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.events.emit('closed', undefined);
  }
}

/** Two ends of one conversation inside one process: for embedding the daemon, and for tests. */
export function createMemoryChannels(): [ControlChannel, ControlChannel] {
  const left = new MemoryChannel();
  const right = new MemoryChannel();
  left.other = right;
  right.other = left;
  return [left, right];
}
