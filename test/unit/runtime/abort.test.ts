import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { anySignal, linkedSignal, sharedAbort } from '../../../src/runtime/index.js';

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('linkedSignal', () => {
  it('fires with the first of several, with its reason, and leaves no listener behind', () => {
    const [one, two] = [new AbortController(), new AbortController()];
    const { signal } = linkedSignal(one.signal, two.signal);
    two.abort('two');
    one.abort('one');
    expect(signal.reason).toBe('two');
    expect([listeners(one.signal), listeners(two.signal)]).toEqual([0, 0]);
  });

  it('lets go of all when it is released, and does not fire any more', () => {
    const [one, two] = [new AbortController(), new AbortController()];
    const { signal, release } = linkedSignal(one.signal, two.signal);
    expect([listeners(one.signal), listeners(two.signal)]).toEqual([1, 1]);
    release();
    release();
    expect([listeners(one.signal), listeners(two.signal)]).toEqual([0, 0]);
    one.abort();
    expect(signal.aborted).toBe(false);
  });

  it('has fired where one had before, listening to none', () => {
    const other = new AbortController();
    const { signal } = linkedSignal(other.signal, AbortSignal.abort('before'));
    expect(signal.reason).toBe('before');
    expect(listeners(other.signal)).toBe(0);
    expect(anySignal(AbortSignal.abort('before')).reason).toBe('before');
  });
});

describe('sharedAbort', () => {
  it('ends as many as listen at the same time, without a warning', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const shared = sharedAbort();
    let ended = 0;
    for (let one = 0; one < 300; one++) shared.signal.addEventListener('abort', () => ended++);
    shared.abort('over');
    expect(ended).toBe(300);
    expect(shared.signal.reason).toBe('over');
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });
});
