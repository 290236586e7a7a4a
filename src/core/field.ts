/** One input of a form: draws itself, names the key of the config it fills. */
export interface Field {
  name: string;
  label: string;
  /** `monitors` is a choice among the account's other monitors: a list of their ids. */
  type: 'text' | 'number' | 'select' | 'textarea' | 'checkbox' | 'password' | 'headers' | 'monitors';
  help?: string;
  placeholder?: string;
  unit?: string;
  options?: { value: string; label: string }[];
  /** Write-only: masked in pages, answers and logs. */
  secret?: boolean;
  /** Folded away until opened or not at its default. */
  advanced?: boolean;
}
