/** What somebody may: each may what those before it may. */
export type Role = 'visitor' | 'client' | 'operator';

/** Who asks: names whose conversations are whose. */
export interface Caller {
  /** `local`, `key:NAME` or `visitor:RANDOM`. */
  readonly id: string;
  readonly role: Role;
  /** For logs and people; holds no secret. */
  readonly label: string;
}
