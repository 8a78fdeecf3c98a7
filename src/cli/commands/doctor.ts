import { InvalidStateError } from '../../runtime/index.js';
import type { CommandContext } from '../context.js';

export async function doctor(_context: CommandContext): Promise<number> {
  throw new InvalidStateError('Being written');
}
