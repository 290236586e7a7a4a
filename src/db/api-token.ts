import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** Random letters of a token, five bits each: 200 bits. */
const RANDOM = 40;
/** Letters of its checksum, by which a scanner of leaked secrets tells ours from anything that looks like it. */
const CHECK = 7;
const SHAPE = new RegExp(`^sp_[${ALPHABET}]{${RANDOM + CHECK}}$`);

/** A secret for a program, e.g. `sp_…`: 200 random bits and a checksum. */
export function newApiToken(): string {
  let random = '';
  for (const byte of randomBytes(RANDOM)) random += ALPHABET[byte % 32];
  return `sp_${random}${checksum(random)}`;
}

/** Whether a text is written as our API tokens are, checksum included; nothing else needs to be looked up. */
export function isApiToken(text: string): boolean {
  return SHAPE.test(text) && text.endsWith(checksum(text.slice(3, 3 + RANDOM)));
}

/** Its first letters, by which people know it again. */
export function apiTokenHint(token: string): string {
  return token.slice(0, 9);
}

function checksum(random: string): string {
  let left = crc32(random);
  let text = '';
  for (let i = 0; i < CHECK; i++) {
    text = `${ALPHABET[left % 32]}${text}`;
    left = Math.floor(left / 32);
  }
  return text;
}
