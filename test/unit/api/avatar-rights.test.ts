import { describe, expect, it } from 'vitest';
import { LOCAL } from '../../../src/access/index.js';
import { AvatarRights } from '../../../src/api/avatar-port.js';

const CLIENT = { id: 'key:app', role: 'client', label: 'key:app' } as const;
const VISITOR = { id: 'visitor:1', role: 'visitor', label: 'visitor:1' } as const;

describe('Who may have an avatar answer comments', () => {
  it('is an operator, whatever the settings say', () => {
    expect(() => new AvatarRights().speaking(LOCAL)).not.toThrow();
  });

  it('is a client whom the settings let speak on some avatar', () => {
    expect(() => new AvatarRights({ lanes: ['stage'] }).speaking(CLIENT)).not.toThrow();
    expect(() => new AvatarRights({ lanes: 'all' }).speaking(CLIENT)).not.toThrow();
    expect(() => new AvatarRights().speaking(CLIENT)).toThrow(/widen the settings/);
    expect(() => new AvatarRights({ messageTypes: ['MOTION_ADD'] }).speaking(CLIENT)).toThrow();
  });

  it('is never a visitor', () => {
    expect(() => new AvatarRights({ lanes: 'all' }).speaking(VISITOR)).toThrow();
  });
});
