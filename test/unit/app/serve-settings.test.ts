import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../../src/access/index.js';
import { readServeSettings } from '../../../src/app/serve-settings.js';
import { SESSION_LIMITS } from '../../../src/sessions/index.js';

describe('Section serve', () => {
  it('may be left out', async () => {
    const settings = await readServeSettings({});
    expect(settings).toMatchObject({ visitors: false, origins: [], imageLinks: false, tls: undefined });
    expect(settings.sessions).toEqual(SESSION_LIMITS);
    expect(settings.limits).toEqual(DEFAULT_LIMITS);
  });

  it('changes what it names, and nothing else', async () => {
    const { sessions, limits, popup } = await readServeSettings({
      sessions: { idleMinutes: 1, maxPerCaller: { visitor: 2 } },
      limits: { visitor: { turns: { perS: 1, burst: 2 } } },
      popup: { createAudioOfAnswer: false },
    });
    expect(sessions).toEqual({
      ...SESSION_LIMITS,
      idleMs: 60_000,
      maxPerCaller: { ...SESSION_LIMITS.maxPerCaller, visitor: 2 },
    });
    expect(limits).toEqual({
      ...DEFAULT_LIMITS,
      visitor: { ...DEFAULT_LIMITS.visitor, turns: { perS: 1, burst: 2 } },
    });
    expect(popup.createAudioOfAnswer).toBe(false);
  });

  it.each([
    [{ visiters: true }, /serve\.visiters: there is no such setting\. Did you mean visitors\?/],
    [{ sessions: { idleMinuts: 1 } }, /Did you mean idleMinutes\?/],
    [{ sessions: { maxSessions: 0 } }, /serve\.sessions\.maxSessions/],
    [{ tls: { certFile: 'a' } }, /serve\.tls\.keyFile/],
    [{ limits: { visitor: { turns: { perS: 0, burst: 1 } } } }, /serve\.limits\.visitor\.turns\.perS/],
    [{ loginHours: -1 }, /serve\.loginHours/],
    [[], /serve/],
  ])('says what is wrong with %j', async (section, fault) => {
    await expect(readServeSettings(section)).rejects.toThrow(fault);
  });
});
