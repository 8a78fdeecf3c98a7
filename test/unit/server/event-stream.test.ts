import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from 'vitest';
import { EventStream } from '../../../src/server/event-stream.js';
import { HOSTILE_TEXTS } from '../../support/hostile-texts.js';

/** An answer that keeps each write apart. */
class Writes extends EventEmitter {
  readonly writes: string[] = [];
  headersSent = false;
  destroyed = false;
  writableLength = 0;
  ends = 0;
  head: unknown;

  writeHead(status: number, headers: object): void {
    this.head = { status, headers };
  }
  flushHeaders(): void {
    this.headersSent = true;
  }
  write(text: string): boolean {
    this.writes.push(text);
    return true;
  }
  end(): void {
    this.ends++;
  }
  destroy(): void {
    this.destroyed = true;
  }
}

describe('Server-sent events', () => {
  let response: Writes;
  let stream: EventStream;
  beforeEach(() => {
    response = new Writes();
    stream = new EventStream(response as unknown as ServerResponse);
  });

  it('are whole in one write each, with the empty line that ends them', () => {
    stream.send({ type: 'start', text: 'One' });
    stream.send({ text: 'Two\nlines' }, 'piece');
    stream.send('[DONE]');
    expect(response.writes).toEqual([
      'data: {"type":"start","text":"One"}\r\n\r\n',
      'event: piece\r\ndata: {"text":"Two\\nlines"}\r\n\r\n',
      'data: [DONE]\r\n\r\n',
    ]);
    expect(response.head).toMatchObject({
      status: 200,
      headers: { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' },
    });
  });

  it('are one write also with a megabyte of sound', () => {
    stream.send({ audio: 'A'.repeat(1_000_000) });
    expect(response.writes).toHaveLength(1);
    expect(response.writes[0]).toMatch(/^data: .*\r\n\r\n$/);
  });

  it.each(Object.entries(HOSTILE_TEXTS))('stay one event, whatever is said in them (%s)', (_, said) => {
    stream.send({ said });
    stream.send(said);
    expect(response.writes).toHaveLength(2);
    for (const write of response.writes)
      expect(write.split(/\r\n|\r|\n/).filter((line) => line !== '' && !line.startsWith('data: '))).toEqual(
        [],
      );
    const [line = ''] = response.writes[0]?.split('\r\n') ?? [];
    expect(JSON.parse(line.slice('data: '.length))).toEqual({ said });
  });

  it('are not written to who went away or was told that it is over', () => {
    expect(stream.send('one')).toBe(true);
    response.emit('close');
    expect(stream.send('two')).toBe(false);
    stream.end();
    expect([response.writes.length, response.ends]).toEqual([1, 0]);
    const other = new Writes();
    const ended = new EventStream(other as unknown as ServerResponse);
    ended.end();
    ended.end();
    expect([ended.send('three'), other.writes.length, other.ends]).toEqual([false, 0, 1]);
  });

  it('give up a reader who reads nothing any more', () => {
    stream.send('one');
    response.writableLength = 9 * 1024 * 1024;
    expect(stream.send('two')).toBe(false);
    expect([response.destroyed, stream.isOver, response.writes.length]).toEqual([true, true, 1]);
  });

  it('show that they live between events, and not before the first', () => {
    stream.ping();
    expect(response.writes).toEqual([]);
    stream.begin();
    stream.ping();
    expect(response.writes).toEqual([': ping\r\n\r\n']);
  });
});
