// What a product's page does besides.
import "./gallery.js";
import "./buy-bar.js";
import "./variant.js";
