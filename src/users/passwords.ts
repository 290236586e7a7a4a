/** bcrypt in worker threads, so that no log-in stalls a check. */
export interface Passwords {
  /** Cost 12. The password must have passed `passwordProblem`. */
  hash(password: string): Promise<string>;
  /** Against `hash`, or against a dummy when there is no such user: both take the same time. */
  verify(password: string, hash: string | null): Promise<boolean>;
  close(): Promise<void>;
}
