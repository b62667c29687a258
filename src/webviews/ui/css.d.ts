/** Style sheets are bundled beside the script and linked by the document. */
declare module '*.css'
