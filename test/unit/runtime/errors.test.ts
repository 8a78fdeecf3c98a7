import { describe, expect, it } from 'vitest';
import {
  BridgeError,
  ERROR_CODES,
  errorText,
  InvalidStateError,
  isAbortError,
  ProtocolError,
  RequestError,
  seededRandom,
} from '../../../src/runtime/index.js';

describe('BridgeError', () => {
  it('carries code, cause, and whether to try again', () => {
    const cause = new Error('socket hang up');
    const error = new RequestError('BRIDGE_ERR_LINK_LOST', 'gone', { retryable: true, cause });
    expect(error).toBeInstanceOf(BridgeError);
    expect(error).toMatchObject({
      name: 'RequestError',
      code: 'BRIDGE_ERR_LINK_LOST',
      retryable: true,
      cause,
    });
    expect(new ProtocolError('BRIDGE_ERR_SOUND_SIZE', 'odd').retryable).toBe(false);
    expect(new InvalidStateError('no').code).toBe('BRIDGE_ERR_STATE');
  });

  it('has a sentence for each code, without a full stop', () => {
    for (const [code, text] of Object.entries(ERROR_CODES)) {
      expect(code).toMatch(/^BRIDGE_ERR_[A-Z_]+$/);
      expect(text).toMatch(/^[A-Z].*[^.]$/);
    }
  });

  it('knows cancellation from failure', () => {
    expect(isAbortError(AbortSignal.abort().reason)).toBe(true);
    expect(isAbortError(new Error('boom'))).toBe(false);
    expect(errorText('plain')).toBe('plain');
  });
});

describe('seededRandom', () => {
  it('repeats itself for the same seed and stays within [0, 1)', () => {
    const a = seededRandom(42);
    const b = seededRandom(42);
    for (let turn = 0; turn < 1000; turn++) {
      const value = a();
      expect(value).toBe(b());
      expect(value >= 0 && value < 1).toBe(true);
    }
    expect(seededRandom(1)()).not.toBe(seededRandom(2)());
  });
});
