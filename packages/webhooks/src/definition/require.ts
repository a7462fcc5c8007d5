/** Makes sure of one condition of a definition; `fault` says what is wrong where it does not hold. */
export type Require = (condition: boolean, fault: string) => void;
