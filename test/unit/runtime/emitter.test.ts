import { describe, expect, it, vi } from 'vitest';
import { Emitter } from '../../../src/runtime/index.js';

interface Events {
  tick: [count: number];
  other: [];
}

describe('Emitter', () => {
  it('goes on to the next listener when one throws, and reports it', () => {
    const emitter = new Emitter<Events>();
    const report = vi.fn();
    const last = vi.fn();
    emitter.onListenerError = report;
    emitter.on('tick', () => {
      throw new Error('bad listener');
    });
    emitter.on('tick', last);
    emitter.emit('tick', 7);
    expect(last).toHaveBeenCalledWith(7);
    expect(report).toHaveBeenCalledTimes(1);
  });

  it('reports a listener that rejects later as one that throws', async () => {
    const emitter = new Emitter<Events>();
    const report = vi.fn();
    emitter.onListenerError = report;
    const error = new Error('bad listener');
    emitter.on('tick', async () => {
      await Promise.resolve();
      throw error;
    });
    emitter.emit('tick', 7);
    await new Promise((resolve) => setImmediate(resolve));
    expect(report.mock.calls).toEqual([[error]]);
  });

  it('calls exactly those that listened when the emit began', () => {
    const emitter = new Emitter<Events>();
    const late = vi.fn();
    const second = vi.fn();
    emitter.on('tick', () => {
      offSecond();
      emitter.on('tick', late);
    });
    const offSecond = emitter.on('tick', second);
    emitter.emit('tick', 1);
    expect(second).toHaveBeenCalledTimes(1);
    expect(late).not.toHaveBeenCalled();
    emitter.emit('tick', 2);
    expect(second).toHaveBeenCalledTimes(1);
    expect(late).toHaveBeenCalledTimes(1);
  });

  it('calls a once listener once, also when it emits again itself', () => {
    const emitter = new Emitter<Events>();
    const seen: number[] = [];
    emitter.once('tick', (count) => {
      seen.push(count);
      emitter.emit('tick', count + 1);
    });
    emitter.emit('tick', 1);
    expect(seen).toEqual([1]);
    expect(emitter.listenerCount('tick')).toBe(0);
  });

  it('removes one subscription at a time, however often', () => {
    const emitter = new Emitter<Events>();
    const listener = vi.fn();
    const off = emitter.on('tick', listener);
    emitter.on('tick', listener);
    off();
    off();
    emitter.emit('tick', 1);
    expect(listener).toHaveBeenCalledTimes(1);
    emitter.removeAllListeners();
    expect(emitter.listenerCount('tick')).toBe(0);
    emitter.emit('other');
  });
});
