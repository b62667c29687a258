/** Id and name of the connection to this machine; it is always there. */
export const localConnection = 'local'
