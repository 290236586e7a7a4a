/** How the product may reach out; built once from the configuration. */
export interface Outbound {
  /** `ALLOW_PRIVATE_TARGETS`: private ranges may be contacted; metadata addresses never. */
  allowPrivate: boolean;
  /** DNS servers to ask (`ip` or `ip:port`); empty means the system's. */
  resolvers: string[];
}
