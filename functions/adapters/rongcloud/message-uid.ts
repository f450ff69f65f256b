import { randomBytes } from "node:crypto";

const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const group = (): string => [...randomBytes(4)].map((byte) => letters[byte % letters.length]).join("");

/** An id of RongCloud's form: four groups of four, 80 random bits. */
export const newMessageUID = (): string => [group(), group(), group(), group()].join("-");
