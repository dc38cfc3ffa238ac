// What every page of the shop does.
import "./swap.js";
import "./quantity.js";
